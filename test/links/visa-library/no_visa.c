/* A shared library that is no VISA library. */
int viOpenDefaultRM(void) { return 0; }
