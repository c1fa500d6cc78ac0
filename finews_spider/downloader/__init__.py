"""Why a request is sent, held back or refused, and why it failed: what stands between the spider and the network."""
