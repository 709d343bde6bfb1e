"""Files of sales: uploaded, named, checked, applied; and deliveries of the webhook."""
