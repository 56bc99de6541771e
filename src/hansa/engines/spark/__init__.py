"""Spark Connect as an engine: Apache Spark, Sail, and what else speaks the protocol, with no JVM on our side.

It promises what every engine does. Models stay in DuckDB's dialect: `translate` writes them in Spark's, and refuses with a reason
what would mean something else there, so that one model gives one result. It does not start servers, and it assumes that client
and server see the same files under the same paths.
"""

from hansa.engines.spark.engine import SparkEngine
from hansa.engines.spark.translate import Translation, translate

__all__ = ["SparkEngine", "Translation", "translate"]
