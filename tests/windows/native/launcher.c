/* python.exe: hands its command line to the Python library that lies beside it. */
#include <stdio.h>
#include <windows.h>

typedef int (*main_function)(int, wchar_t **);

int wmain(int count, wchar_t **arguments)
{
    HMODULE library = LoadLibraryW(PYTHON_LIBRARY);
    main_function run = library ? (main_function)(void *)GetProcAddress(library, "Py_Main") : NULL;
    if (run == NULL) {
        fprintf(stderr, "the Python library cannot be loaded: error %lu\n", GetLastError());
        return 101;
    }
    return run(count, arguments);
}
