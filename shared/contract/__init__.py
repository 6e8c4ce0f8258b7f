"""What goes over the wire: records, inputs, topics, the envelope and derived ids."""
