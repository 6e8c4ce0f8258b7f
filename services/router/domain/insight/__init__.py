"""What is said of the state and decides nothing."""
