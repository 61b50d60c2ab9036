"""What other people's files, versions, hosts and keyboards did to the module: a case of each, with inputs of our own making."""
