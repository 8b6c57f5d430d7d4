"""Every command of the interface: its name, help and key; palette and footer are made from them."""
