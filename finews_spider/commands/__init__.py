"""The commands of the project, besides those of Scrapy."""
