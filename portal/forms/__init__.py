"""Forms of the portal: they ask and keep what was typed; what is right is said by the rules below."""
