"""Every window and every state that the module can show, one after another: to be pictured, and to be judged."""
