"""What a service declares: its cohort, pathway and measures, and how each is to be worked out."""
