#!/bin/sh
# Packages must not start daemons while an image is built.
exit 101
