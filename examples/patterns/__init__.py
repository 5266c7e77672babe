"""Building blocks of durable workflows, one to a module, each as small as it can be."""
