"""What the command line asks of the sla service's rows."""
