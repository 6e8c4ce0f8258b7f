"""Programs on the services' own engines that no service runs or ships: simulation, shadow, training."""
