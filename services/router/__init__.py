"""The decision: classifies each contact and sends it to self-service, a bot or the right agent."""
