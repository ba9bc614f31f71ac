"""ROC, precision-recall, and precision-recall-gain of two models, and the data they are drawn from."""
