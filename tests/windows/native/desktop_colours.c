/* Windows.UI.dll, which Wine 8 lacks: Windows.UI.ViewManagement.UISettings as far as Qt asks it, for the desktop's colours.
 * The order of the functions is that of the interfaces IUISettings3 and IActivationFactory in the Windows SDK. */
#include <windows.h>
#include <inspectable.h>
#include <roapi.h>

typedef struct { BYTE alpha, red, green, blue; } colour;
typedef struct object object;
typedef struct {
    HRESULT (STDMETHODCALLTYPE *query)(object *, REFIID, void **);
    ULONG (STDMETHODCALLTYPE *retain)(object *);
    ULONG (STDMETHODCALLTYPE *release)(object *);
    HRESULT (STDMETHODCALLTYPE *interfaces)(object *, ULONG *, IID **);
    HRESULT (STDMETHODCALLTYPE *class_name)(object *, HSTRING *);
    HRESULT (STDMETHODCALLTYPE *trust)(object *, TrustLevel *);
    void *own[3];
} functions;
struct object { const functions *of; };

static const IID ANY_OBJECT = {0x00000000, 0, 0, {0xc0, 0, 0, 0, 0, 0, 0, 0x46}};
static const IID INSPECTABLE = {0xaf86e2e0, 0xb12d, 0x4c6a, {0x9c, 0x5a, 0xd7, 0xaa, 0x65, 0x10, 0x1e, 0x90}};
static const IID AGILE = {0x94ea2b94, 0xe9cc, 0x49e0, {0xc0, 0xff, 0xee, 0x64, 0xca, 0x8f, 0x5b, 0x90}};
static const IID FACTORY = {0x00000035, 0, 0, {0xc0, 0, 0, 0, 0, 0, 0, 0x46}};
static const IID SETTINGS = {0x85361600, 0x1c63, 0x4627, {0xbc, 0xb1, 0x3a, 0x89, 0xe0, 0xbc, 0x9c, 0x55}};
static const IID SETTINGS_3 = {0x03021be4, 0x5254, 0x4781, {0x81, 0x94, 0x51, 0x68, 0xf7, 0xd0, 0x6d, 0x7b}};

static object settings, factory;

static BOOL has(object *self, REFIID id)
{
    if (IsEqualIID(id, &ANY_OBJECT) || IsEqualIID(id, &INSPECTABLE) || IsEqualIID(id, &AGILE))
        return TRUE;
    if (self == &factory)
        return IsEqualIID(id, &FACTORY);
    return IsEqualIID(id, &SETTINGS) || IsEqualIID(id, &SETTINGS_3);
}

static HRESULT STDMETHODCALLTYPE query(object *self, REFIID id, void **found)
{
    *found = has(self, id) ? self : NULL;
    return *found ? S_OK : E_NOINTERFACE;
}

/* Both objects live as long as the library. */
static ULONG STDMETHODCALLTYPE retain(object *self) { return 2; }
static ULONG STDMETHODCALLTYPE release(object *self) { return 1; }
static HRESULT STDMETHODCALLTYPE interfaces(object *self, ULONG *count, IID **ids) { *count = 0; *ids = NULL; return S_OK; }
static HRESULT STDMETHODCALLTYPE class_name(object *self, HSTRING *name) { *name = NULL; return S_OK; }
static HRESULT STDMETHODCALLTYPE trust(object *self, TrustLevel *level) { *level = BaseTrust; return S_OK; }

static HRESULT STDMETHODCALLTYPE colour_value(object *self, INT32 kind, colour *value)
{
    /* Background, foreground, three darker accents, accent, three lighter ones, complement. */
    static const colour light[] = {
        {255, 255, 255, 255}, {255, 0, 0, 0}, {255, 0, 30, 70}, {255, 0, 60, 110}, {255, 0, 90, 160},
        {255, 0, 120, 212}, {255, 70, 155, 225}, {255, 120, 185, 235}, {255, 165, 215, 255}, {0, 0, 0, 0}};
    if (kind < 0 || kind >= (INT32)(sizeof light / sizeof *light))
        return E_INVALIDARG;
    *value = light[kind];
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE add_listener(object *self, void *listener, INT64 *token) { *token = 1; return S_OK; }
static HRESULT STDMETHODCALLTYPE remove_listener(object *self, INT64 token) { return S_OK; }
static HRESULT STDMETHODCALLTYPE activate(object *self, void **made) { *made = &settings; return S_OK; }

static const functions of_settings = {query, retain, release, interfaces, class_name, trust,
                                      {(void *)colour_value, (void *)add_listener, (void *)remove_listener}};
static const functions of_factory = {query, retain, release, interfaces, class_name, trust, {(void *)activate, NULL, NULL}};
static object settings = {&of_settings}, factory = {&of_factory};

__declspec(dllexport) HRESULT WINAPI DllGetActivationFactory(HSTRING name, void **made) { *made = &factory; return S_OK; }
__declspec(dllexport) HRESULT WINAPI DllCanUnloadNow(void) { return S_FALSE; }
