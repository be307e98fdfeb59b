"""Method pages of modules that have no room for their own: what each is, and its worked example."""
