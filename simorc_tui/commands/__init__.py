"""Every command of the interface with name, help and key; palette and footer use these tables."""
