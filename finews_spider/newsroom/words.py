"""The words that stories are made of. Every company, number and sentence is invented."""

from random import Random

# Media name -> slug. The names have what broke the site: white space, brackets, `·`, `《》`, `-`, an ending
# 新闻, a difference in case only, and characters that a dictionary of words reads differently (重庆, 旅游).
SLUGS = {
    "中国证券报": "zhongguozhengquanbao",
    "每日经济新闻": "meirijingjixinwen",
    "21世纪经济报道": "21shijijingjibaodao",
    "广州日报": "guangzhouribao",
    "证券时报·e公司": "zhengquanshibaoegongsi",
    "安信国际证券(香港)": "anxinguojizhengquanxianggang",
    "21世纪经济报道  南财理财通": "21shijijingjibaodaonancailicaitong",
    "TechWeb": "TechWeb",
    "Techweb": "Techweb",
    "财经·新媒体": "caijingxinmeiti",
    "重庆商报": "zhongqingshangbao",
    "《证券市场周刊》": "zhengquanshichangzhoukan",
    "中国旅游报-资讯": "zhongguolvyoubao-zixun",
}
MEDIA = tuple(SLUGS)
# The existing site left white space in slugs. Jekyll makes a folder of each piece, and the category's page is
# named by the whole: /21shijijingjibaodao/nancailicaitong/…, /category/21shijijingjibaodao  nancailicaitong.html.
SPACED_SLUGS = {"21shijijingjibaodaonancailicaitong": "21shijijingjibaodao  nancailicaitong"}

# Eastmoney's columns: slug -> id.
_COLUMNS = """
    ccjdd 344  cssgs 349  cgnjj 350  cgjjj 351  chgyj 352  czqyw 353  ccjxw 355  czsdc 363  crdsm 365
    cjjsp 371  ccyts 372  csygc 373  cgspl 374  cdpfx 407  cbkjj 408  cggdj 415  chyyj 421  czldt 423
    cmgyw 436  czggng 437  cmgpj 440  cxgyw 448  cxgcl 449  cxgpl 450  cggyw 532  cgsbd 535  clczx 583
    czrzdt 627  czrzgsyw 628  csyzx 670  ccyyj 683  cozsc 781  cytsc 782  cqzdd 830  ccfgc 1138  czpnc 1207
    cywjh 345  ccjyw 346  366 366  469 469
""".split()
# Columns that list only what others list too: slug -> one story in how many.
OVERLAPPING = {"cywjh": 2, "ccjyw": 5, "366": 7, "469": 9}
COLUMNS = dict(zip(_COLUMNS[::2], map(int, _COLUMNS[1::2]), strict=True))

WORDS = {
    kind: tuple(choices.split())
    for kind, choices in {
        "company": "云岭新材 海棠电气 北湾重工 青禾生物 星桥软件 临川乳业 远帆物流 瑞谷光电",
        "industry": "储能 光伏 半导体 冷链物流 工业软件 创新药 跨境电商 新能源汽车 稀土 乡村旅游",
        "place": "上海 广州 重庆 沈阳 南宁 武汉 厦门 成都 合肥 西安",
        "subject": "主管部门 业内人士 公司管理层 多家机构 地方政府 行业协会 受访专家 一线经销商",
        "verb": "加快布局 持续看好 稳步推进 重新评估 全面铺开 谨慎对待 加大投入 有序退出",
        "result": "订单明显回暖 成本压力有所缓解 产能利用率回到高位 库存降至三年低点 价格仍在低位徘徊",
        "period": "一季度 上半年 前三季度 全年 本周 过去一个月 “十四五”期间 春节前后",
    }.items()
}

DIGEST = "{company}{period}{result}，{subject}{verb}{industry}。"

SENTENCES = (
    "{subject}表示，{period}{place}的{industry}企业{result}，增幅约为{n}%。",
    "{company}在{place}{verb}{industry}项目，总投资{n}亿元，{period}{result}。",
    "从{period}的数据看，{industry}领域{result}，{subject}普遍{verb}相关业务。",
    "截至目前，{place}已有{n}家企业{verb}{industry}，其中{company}的份额居前。",
    "{subject}认为，{industry}的竞争正从规模转向效率，{company}等企业{result}。",
    "根据规划，{place}将在{period}建成{n}个{industry}示范项目，带动上下游共同发展。",
    "值得注意的是，{company}{period}{result}，但{subject}仍提醒投资者留意波动。",
    "记者在{place}走访时了解到，{industry}{result}，{subject}正在{verb}。",
)

TITLES = (
    "{company}：{period}{result}",
    "{place}{verb}{industry} {n}家企业入选",
    "{subject}：{industry}{result}",
    "{company}{verb}{industry} 总投资{n}亿元",
    "目标：{n}亿元！{place}{industry}产业{verb}",
    "{period}{industry}观察：{result}？",
)

# What broke YAML, HTML and Liquid on the site.
ODD_TITLES = (
    '{company}回应"{industry}停产"传闻: {result}',
    "{company}: {verb}{industry}, {n}亿元",
    "{place}{industry}平台上线 {{{{ site.{n} }}}} 引关注",
    "{industry}市盈率<{n}倍 {subject}{verb}",
    "{company}&{place}{industry}集团 {result}",
    "#{industry}# {period}{result}",
    "'{company}' {verb} {{% {n} %}}",
    "<b>{company}</b>{verb}{industry} \\ {n}",
)

# What Markdown would take for markup where a digest stands alone.
ODD_DIGESTS = (
    "{company}的配股比例为3*4*5，{result}。",
    "{subject}称<b>{industry}</b>{result}，_{n}_家企业&机构受益。",
    "# {place}{industry}：`{n}`个项目[{verb}](#)，{result}。",
)


def words(rng: Random) -> dict[str, object]:
    """Return a word of each kind, and a number. This is the newsroom's hottest code: random() beats choice()."""
    picked = {kind: choices[int(rng.random() * len(choices))] for kind, choices in WORDS.items()}
    return {**picked, "n": 2 + int(rng.random() * 988)}


def text(rng: Random, sentences: int = 2) -> str:
    """Return a paragraph's text: this many sentences about the same subjects."""
    return "".join(rng.sample(SENTENCES, sentences)).format(**words(rng))
