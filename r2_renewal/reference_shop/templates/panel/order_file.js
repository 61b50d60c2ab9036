// Who comes by a QR code brings the order behind "#": it is put into the form, and taken out of the address and the history.
const letters = location.hash.slice(1);
if (letters) {
  document.getElementById("code").value = letters;
  document.getElementById("letters").open = true;
  history.replaceState(null, "", location.pathname);
}
