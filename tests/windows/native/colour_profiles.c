/* mscms.dll with the calls that Qt makes for a screen's colour profile (Wine 8 lacks the fourth): there is none. */
#include <windows.h>

__declspec(dllexport) HANDLE WINAPI OpenColorProfileW(void *profile, DWORD access, DWORD share, DWORD creation) { return NULL; }
__declspec(dllexport) HANDLE WINAPI WcsCreateIccProfile(HANDLE profile, DWORD options) { return NULL; }
__declspec(dllexport) BOOL WINAPI GetColorProfileFromHandle(HANDLE profile, BYTE *buffer, DWORD *size) { return FALSE; }
__declspec(dllexport) BOOL WINAPI CloseColorProfile(HANDLE profile) { return TRUE; }
