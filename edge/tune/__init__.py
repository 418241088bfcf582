"""The fastest way to run a bundle's networks on this device, of those that score as they should."""
