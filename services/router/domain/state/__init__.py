"""What the engine remembers: contacts, agents, queues, timers, and the rows that hold them."""
