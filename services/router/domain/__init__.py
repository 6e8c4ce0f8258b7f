"""The router engine: values in, values out."""
