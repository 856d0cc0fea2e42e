// Says in Dutch that no passkey came: the library's own message is for programmers.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("passkey-error").hidden = false;
});
