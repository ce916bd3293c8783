// Whether a user agent is a program that nobody sits at: crawlers, link previews, monitors, libraries and headless
// browsers. Marks first, which also know programs that nobody has listed: a person's browser holds no link to whoever
// wrote it, is compatible with nothing but browsers, and does not call itself a checker. Then names that no mark finds.
// Judged on crawler-user-agents and uap-core's devices: test/collect/bots.test.ts.

/** Words that programs use for what they are. */
const words = [
  // Cubot makes phones.
  '(?<!\\bcu)bot(?:\\b|s\\b|[/_;-]|\\d)',
  'crawl|spider|slurp|scrap(?:er|y|ing)|harvest|fetch|grab\\b|archiv|index(?:er|ing)?\\b|search(?:engine|monkey)?/',
  'scan(?:ner|ning)?\\b|check(?:er|_|host)|audit|survey|research|inspect|verif|validat|detect(?:or|ion)|probe\\b|\\bhunt',
  'monitor(?:ing)?\\b|pingdom|uptime|statuscake|synthetic|analy[sz]er|optimi[sz]e?r|lighthouse',
  'feed(?!back)|\\brss|rss\\b|parser|favicon|preview\\b|prefetch|externalhit|webhook|site(?:sucker|lock|explorer)',
  'headless|phantomjs|playwright|puppeteer|selenium|webdriver|cypress',
  // Phones of old name SEMC-Java and a CMD_HTTP_SERVER.
  '\\bcurl\\b|\\bwget\\b|python-|(?<!semc-)\\bjava/\\d|go-http-client|libwww|httpclient|http(?:\\.rb|url)|(?<!cmd_)http_',
  // The name of the header, copied into its value, is no agent.
  '\\bgoogle-|-user/|(?<!user)-agent\\b',
  // The messenger's own requests name the device.
  'whatsapp(?!.*device/)|nutch',
];

/** Whoever sends a program leaves an address. Old phones (MIDP) and modified ones (behind a colon) may name one too. */
const address = '(?<!: )https?://(?!.*midp)|\\bwww\\.|\\bmailto:';

/** "compatible;" stands before an old browser or a phone, or before the name of a program. */
const compatible =
  'compatible;(?! ?(?:MSIE|Linux|Konqueror|Windows|U;|Opera|NetFront|PalmOS|Go\\.Web|Polaris|Teleca|OSS/|YOSPACE|Nokia|SonyEricsson))';

const names = `
  mediapartners-google, abuse.xmco.fr, acquia optimize, acunetix, adbeat.com, adminlabs, adventurer, ahc/, aiohttp, alienfarm,
  alittle client, amazon cloudfront, anthropic-ai, appinsights, appsiteassociation, asana/, asnriskscorer,
  autoconfig test from ustc, axios, biglotron, bigsur.ai, binlar, bitdiscovery, blackboard, blackbox exporter/,
  blackduck-fd, bling erp, blogtrottr, bluesky-domain-status-classifier, bluesky/, botpoke, brandwatch,
  brokenlinkcheck.com, btwebclient, bushbaby, bw/, capitaloneshopping, catchpoint, cloudflare-csup,
  cloudflare-speedtest, cloudflare-stream-hook, coccoc, code/1., cohere-ai, collapsify, colly, corporama matcher,
  criticalcss.com, crusty/, cyotekwebcopy, dareboost, datadog agent, datanyze, daumoa, determ, digicert dcv,
  discourse forum onebox, disqus, dmbrowser, download ninja, ds9 , easybill-importmanager, ec2linkfinder,
  emailwolf, embedly, emoney advisor, exodusmovement, expanse, facebookcatalog/, fastdast, fastmailua,
  fedoraplanet, fluid/0, foregenix, funnelback, geedoshopproductfinder, gigablast, github-camo, globalwebsearch,
  google trust services, googleassociationservice, googleimageproxy, googleother, gopay, gtmetrix, happywing,
  hardenize, hatena, hello world, hotjar, httpie/, httpunit, hydrozen.io, hype machine/, ichiro, imagemind,
  imgproxy/, infegy, integromat/, iubenda-radar/, jetty, jumio, keycdn-tools/, keydrop.io, klaviyo/, l9explore,
  larbin, legalmonster, linkdex, linktiger, lwp-trivial, magellan, magicsearchdev/, make/production, managewp,
  marketgoo/, meta-externalads/, meta-externalagent/, metauri, metorik, miniature.io/, modularconnector/,
  mollie http client, nbertaupete95, netapi, netvigie, new york times newsgathering, newsai/, newsnow/,
  newspaper/, nextcloud, nikto, ning/, nodeping, novellum, nuzzel, nvdorz, okhttp, omnisend/, onetrust, openvas,
  outbrain, owler, panopta, panscient, pcore-http, pdf24 url to pdf, penthouse critical path css generator,
  pingping.io/, pixalate.com, playstore-google, postrank, potions/, printfriendly.com, ps_daily/, ptst/,
  pwabuilderhttpagent, readable/, reelevant/, remove.bg/, reward-gateway, rigor), safari/537.36 dlc/,
  salesforce.com, scope3, search.marginalia.nu, searcherweb, searcherxweb, searchexpress, securityheaders,
  sendgrid event api, seo4ajax.com, sfdc-callout/, shopify-captain-hook, silktide, sindup, site24x7,
  siteimprove.com, snipcart/, sora pos/, sparkpost, sparkshipping, spawning-ai, splash version, sqwatcher,
  ssl labs, stape/, termly, test certificate info, testlocally/, the knowledge ai, theinternetsearchx, thinklab,
  thousandeyes, traackr.com, trae/, trellis-services, trustly/, tsm-turingos, tumblr/, twilioproxy/, updown.io,
  upflow, uptrends, urlcheckr/, valve/steam, vaultpress, viber, w3c-mobileok, w3c_unicorn, watchtowr,
  web screen service by hyperhost, webcopier, webflow, websiteops, wesee:search, whatweb/, wheresitup.com/,
  wjhro/, wordup-1, wpumbrella, xenu link sleuth, yahoocachesystem, ylt chrome, yokoygroupag/, zabbix, zapier,
  zmeu`
  .split(/,\s+/)
  .map((name) => name.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));

const mark = new RegExp([...words, address, compatible].join('|'), 'i');
const name = new RegExp(`(?<![a-z0-9])(?:${names.join('|')})`, 'i');

/** Programs give themselves away by their user agent; whoever hides in a browser's is not found here. */
export function isCrawler(userAgent: string): boolean {
  return mark.test(userAgent) || name.test(userAgent);
}
