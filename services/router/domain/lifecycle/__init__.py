"""What happens to a contact and to an agent, a file for each thing that happens."""
