"""The command that gathers what services' logs say about one contact."""
