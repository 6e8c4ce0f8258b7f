"""The commands about text models: train, evaluate, classify, choose."""
