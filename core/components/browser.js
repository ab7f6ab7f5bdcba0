// Remember this browser under a random name the server chose, for a year, so that its own texts are listed again.
export default function ({ data }) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${data.name}=${data.value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}
