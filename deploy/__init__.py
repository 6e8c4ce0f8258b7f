"""How Usher is brought up: the local stack, containers, policies and what watches them."""
