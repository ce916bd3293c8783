// Short and pet forms of given names, as they are met in English, German, French, Spanish and Dutch registers. A name
// in two families (alex, chris, sam) is left with one: two people called Alex are told apart by what else is known.

const families =
  `abigail abby gail|alexander alex alec sandy lex xander|alexandra alexa lexi|andrew andy drew andreas|anthony tony anton|` +
  `antonia toni|barbara barb babs|benjamin ben benny|beatrice bea trixie|bernard bernie bernd|catherine katherine kathryn kate katie kathy cathy kat kitty|` +
  `charles charlie chuck carl karl|charlotte lottie lotte|christina christine tina chrissy kirsten|christopher chris kit christoph|` +
  `daniel dan danny|david dave davey|deborah debbie deb|dorothy dot dottie dolly|edward ed eddie ned ted teddy|` +
  `eleanor nell ellie nora|elizabeth liz lizzy beth betty eliza lisa elsie libby betsy elisabeth|emily em emmy|eugene gene|` +
  `florence flo flossie|frances fran frankie|francis frank francisco paco|frederick fred freddy friedrich fritz|gabrielle gabby|geoffrey geoff jeff jeffrey|` +
  `george georgie georg jorge|gerald gerry gerard gerhard|gregory greg|harold hal harry|heinrich heinz heiner|helen helena nellie|henry hank henri|` +
  `isabella bella izzy isabel|jacob jake jakob|james jim jimmy jamie jem|janet jan|jennifer jen jenny|jessica jess jessie|johannes hannes hans|` +
  `john jack johnny jon|jonathan jonny|joseph joe joey jose pepe sepp josef|joshua josh|judith judy|julia julie|katharina kathi katja|` +
  `kenneth ken kenny|lawrence larry laurie laurence|leonard leo len lenny|louis lou luis lewis|lucy lucia lucille|madeline maddie madeleine|` +
  `margaret maggie meg peggy marge greta margarete|martha marty|maria marie mary molly polly|matthew matt matty matthias|maximilian max|` +
  `megan meggie|michael mike mick mickey micky miguel michel mikey|mitchell mitch|natalie nat nathalie|nathan nate nathaniel|nicholas nick nicky nico niklas klaus nicolas|nicole nikki|` +
  `olivia liv livvy|pamela pam|patricia pat patty trish tricia|patrick paddy|penelope penny|peter pete pieter pedro|philip phil pip phillip philipp|` +
  `rachel rach|raymond ray|rebecca becky becca|richard rick ricky dick rich ricardo|robert bob bobby rob robbie bert roberto rupert|roger rodge|ronald ron ronnie|` +
  `rose rosie rosa|russell russ|samantha sam sammy|samuel sami|sarah sally sara sadie|sebastian seb bastian|sophie sophia sofia|stanley stan|` +
  `stephanie steph steffi|stephen steve steven stevie stefan stephan|susan sue susie suzanne susanne|teresa theresa tess terry tessa|theodore theo|` +
  `thomas tom tommy tomas|timothy tim timmy|ursula uschi|veronica vera ronni|victor vic|victoria vicky tori|vincent vince vinny|virginia ginny|` +
  `walter walt wally|wilhelm willi|william bill billy will willy liam guillaume|wolfgang wolf|zachary zach zack`;

const formal = new Map<string, string>();
for (const family of families.split('|')) {
  const [head, ...forms] = family.split(' ');
  for (const form of forms) if (!formal.has(form)) formal.set(form, head);
}

/** The formal name behind a nickname; the name itself where none is known. */
export function nicknameOf(name: string): string {
  return formal.get(name) ?? name;
}

/** The same as an expression over a normalised name. */
export function nicknamesSql(name: string): string {
  const list = (texts: Iterable<string>) => `[${[...texts].map((text) => `'${text}'`).join(',')}]`;
  return `transform(${name}, ${list(formal.keys())}, ${list(formal.values())}, ${name})`;
}
