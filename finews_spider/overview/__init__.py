"""The archive at a glance: pages of plots and tables in the site's `overview/`, without a script."""
