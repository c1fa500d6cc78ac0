// Finds posts by title or source in search.json, which is read at first use. The page is whole without it.
const LIMIT = 50;
const form = document.querySelector("form[role=search]");
const input = form.elements.q;
const status = form.querySelector("[role=status]");
const list = form.querySelector("ol");
let index;

const plain = (text) => text.normalize("NFKC").toLowerCase();

async function load() {
  const answer = await fetch(form.dataset.index);
  if (!answer.ok) throw new Error(`${form.dataset.index}: ${answer.status}`);
  return (await answer.json()).map((post) => ({ ...post, text: plain(`${post.title} ${post.media}`) }));
}

function row(post) {
  const item = document.createElement("li");
  const link = item.appendChild(document.createElement("a"));
  link.href = post.url;
  link.textContent = post.title;
  item.append(" ", Object.assign(document.createElement("small"), { textContent: `${post.day} ${post.media}` }));
  return item;
}

async function search() {
  let found = [];
  let message = "";
  try {
    if (!index) status.textContent = "正在读取……";
    const posts = input.value.trim() ? await (index ??= load()) : [];
    const words = plain(input.value).split(/\s+/).filter(Boolean); // after the wait: what is typed by now
    found = words.length ? posts.filter((post) => words.every((word) => post.text.includes(word))) : [];
    if (words.length) message = `在最近 ${posts.length} 篇中找到 ${found.length} 篇`;
    if (found.length > LIMIT) message += `，列出最新 ${LIMIT} 篇`;
  } catch (error) {
    index = undefined;
    message = "搜索暂时不可用，请稍后再试。";
    console.error(error);
  }
  list.replaceChildren(...found.slice(0, LIMIT).map(row));
  status.textContent = message;
}

form.hidden = false;
form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
input.addEventListener("input", search);
input.addEventListener("change", () => { // on leaving for a result, so that Back finds the search again
  history.replaceState(null, "", input.value ? `?q=${encodeURIComponent(input.value)}` : location.pathname);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || document.activeElement === input) return;
  event.preventDefault();
  input.focus();
});
input.value = new URLSearchParams(location.search).get("q") ?? "";
if (input.value) search();
if (location.hash === "#q") input.focus();
