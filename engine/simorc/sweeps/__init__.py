"""From a sweep definition to its cases: axes, ranges, filters, Monte Carlo. Pure: nothing here touches a
file.
"""
