"""The design feedback loop: spec -> RTL -> style -> lint -> testbench -> simulation -> decision."""
