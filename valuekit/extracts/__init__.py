"""What came in: the only room that sees a person's identifiers."""
