"""How a text model is made from labelled texts; needs the extra ``train``, and no service imports it."""
