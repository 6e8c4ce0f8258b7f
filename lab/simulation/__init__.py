"""The router's matching on a virtual clock: scenarios, arrivals, runs and statistics; values in, values out."""
