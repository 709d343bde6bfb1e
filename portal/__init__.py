"""The pages: function views, forms and fragments. They reach data only through access, services and queries."""
