"""What a contact is about, how complex it is, and which tier serves it: pure functions of a message and a policy."""
