"""Reports of promises, waits, agents and abandonment, from the hours that the sla service adds up."""
