"""Businesses as values: the demo business, and others for tests and measurements."""

from __future__ import annotations

from sandbox.business.business import Business
from sandbox.business.demo import demo_business
from sandbox.business.hard import hard_business
from sandbox.business.random_business import random_business
from sandbox.business.sized import sized_business

__all__ = ["Business", "demo_business", "hard_business", "random_business", "sized_business"]
