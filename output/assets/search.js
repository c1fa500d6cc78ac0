// Finds posts by title or source: the newest in search.json, then those of the index in titles/, month by month, as far as
// one search may read; a button reads on. Both are read at first use. The page is whole without it.
const LIMIT = 50; // rows shown of search.json
const OLDER = 10; // rows that one search adds of the index
const FILES = 20; // of the index, of 2 to 4 KB packed, that it reads at most
const ROWS = 32; // of a file of rows
const FEW = 3; // posts of a month whose rows are read rather than more grams
const form = document.querySelector("form[role=search]");
const input = form.elements.q;
const status = form.querySelector("[role=status]");
const list = form.querySelector("ol");
const button = form.querySelector("button");
const months = Object.entries(JSON.parse(form.dataset.months || "{}")).sort().reverse();
const kept = new Map();
let index;
let latest = 0; // the number of the search that may still show what it finds

const plain = (text) => text.normalize("NFKC").toLowerCase();

async function read(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

async function load() {
  return (await read(form.dataset.index)).map((post) => ({ ...post, text: plain(`${post.title} ${post.media}`) }));
}

function row(post) {
  const item = document.createElement("li");
  const link = item.appendChild(document.createElement("a"));
  link.href = post.url;
  link.textContent = post.title;
  item.append(" ", Object.assign(document.createElement("small"), { textContent: `${post.day} ${post.media}` }));
  return item;
}

// A file of the index; the first that is new to this search and one too many ends it.
async function file(name, budget) {
  if (!kept.has(name)) {
    if (budget.files < 1) throw budget;
    budget.files -= 1;
    const content = read(form.dataset.titles + name);
    kept.set(name, content);
    content.catch(() => kept.delete(name));
  }
  return kept.get(name);
}

// The numbers of a month's posts that have the gram: a character, or two that stand together.
async function numbers(month, { files }, gram, budget) {
  const code = [...gram].reduce((sum, sign) => sum * 31 + sign.codePointAt(0), 0);
  const grams = await file(`${month}/grams-${code % files}.json`, budget);
  let number = 0;
  return new Set((grams[gram] ?? []).map((distance) => (number += distance)));
}

// What is looked up, the ends of a word first: they are most often in different files.
function grams(words) {
  const found = words.flatMap((word) => {
    const signs = [...word];
    const pairs = signs.slice(1).map((sign, place) => signs[place] + sign);
    return signs.length > 1 ? [pairs.pop(), ...pairs] : signs;
  });
  return [...new Set(found)].sort((a, b) => b.length - a.length);
}

// The numbers of posts of a month that may have the words: few of them, and their rows tell; else another gram.
async function candidates(month, cut, words, budget) {
  let found;
  for (const gram of grams(words)) {
    const having = await numbers(month, cut, gram, budget);
    found = found ? found.filter((number) => having.has(number)) : [...having];
    if (found.length <= FEW) break;
  }
  return found.sort((a, b) => b - a);
}

async function* older(words, shown, budget, place) {
  for (; place.month < months.length; place.month += 1, place.number = Infinity) {
    const [month, cut] = months[place.month];
    for (const number of await candidates(month, cut, words, budget)) {
      if (number >= place.number) continue;
      const rows = await file(`${month}/rows-${Math.floor(number / ROWS)}.json`, budget);
      place.number = number;
      const [title, path, day, media] = rows[number % ROWS];
      const url = form.dataset.base + path;
      const text = plain(`${title} ${media}`);
      if (shown.has(url) || !words.every((word) => text.includes(word))) continue;
      shown.add(url);
      yield { title, url, day, media };
    }
  }
}

function offer(words, shown, place, mine) {
  const month = months[place.month]?.[0];
  button.hidden = !month;
  button.textContent = `继续查找 ${month} 及更早的文章`;
  button.onclick = () => attempt(() => readOn(words, shown, place, mine));
  return month;
}

// Adds what the index has, from a place on, and leaves a button where there may be more.
async function readOn(words, shown, place, mine) {
  const budget = { files: FILES };
  let added = 0;
  try {
    for await (const post of older(words, shown, budget, place)) {
      if (mine !== latest) return;
      list.append(row(post));
      added += 1;
      if (added >= OLDER) break;
    }
  } catch (error) {
    if (error !== budget) throw error;
  }
  if (mine !== latest) return;
  const month = offer(words, shown, place, mine);
  status.textContent = month ? `找到 ${list.children.length} 篇，查找到 ${month}` : `在全部文章中找到 ${list.children.length} 篇`;
}

async function attempt(action) {
  try {
    await action();
  } catch (error) {
    index = undefined;
    list.replaceChildren();
    button.hidden = true;
    status.textContent = "搜索暂时不可用，请稍后再试。";
    console.error(error);
  }
}

async function search() {
  const mine = latest += 1;
  if (!index) status.textContent = "正在读取……";
  const posts = input.value.trim() ? await (index ??= load()) : [];
  if (mine !== latest) return; // more was typed meanwhile
  const words = plain(input.value).split(/\s+/).filter(Boolean);
  const found = words.length ? posts.filter((post) => words.every((word) => post.text.includes(word))) : [];
  const rows = found.slice(0, LIMIT);
  list.replaceChildren(...rows.map(row));
  button.hidden = true;
  status.textContent = words.length ? `在最近 ${posts.length} 篇中找到 ${found.length} 篇` : "";
  if (found.length > LIMIT) status.textContent += `，列出最新 ${LIMIT} 篇`;
  if (!words.length || !months.length) return;
  const start = [words, new Set(rows.map((post) => post.url)), { month: 0, number: Infinity }, mine];
  if (found.length > LIMIT) return void offer(...start);
  await new Promise((done) => setTimeout(done, 300)); // somebody may go on typing
  if (mine === latest) await readOn(...start);
}

form.hidden = false;
form.addEventListener("submit", (event) => { event.preventDefault(); attempt(search); });
input.addEventListener("input", () => attempt(search));
input.addEventListener("change", () => { // on leaving for a result, so that Back finds the search again
  history.replaceState(null, "", input.value ? `?q=${encodeURIComponent(input.value)}` : location.pathname);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || document.activeElement === input) return;
  event.preventDefault();
  input.focus();
});
input.value = new URLSearchParams(location.search).get("q") ?? "";
if (input.value) attempt(search);
if (location.hash === "#q") input.focus();
