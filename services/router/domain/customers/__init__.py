"""Who somebody is over all channels, and what they came for before."""
