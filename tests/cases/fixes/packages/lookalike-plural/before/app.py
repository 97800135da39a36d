import dateutils
