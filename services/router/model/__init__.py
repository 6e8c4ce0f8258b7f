"""The text model at run time: from a customer's words to probabilities of intents, with numpy alone."""
