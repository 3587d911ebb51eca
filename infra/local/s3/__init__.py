"""S3's door for browsers: forms and URLs that functions signed, checked as S3 checks them."""

from infra.local.s3.door import Door

__all__ = ["Door"]
