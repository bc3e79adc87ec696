package match

import "strings"

// shortFormList are short forms of given names in use, a group a line. What the form
// of a name is worth is learned; that it is one is known. Own work.
const shortFormList = `
abigail abby gail
abraham abe bram ibrahim
adelaide addie
agnes aggie nessie
albert al bert bertie
alexander alex alec sandy sasha lex xander alick
alexandra alex sandra sasha
alfred alf alfie fred freddie
alice elsie ali
amelia millie amy
andrew andy drew
anna ann anne annie nan nancy hannah
anthony tony antony
archibald archie
arthur art artie
augustus gus augustine
barbara babs barb
bartholomew bart
beatrice bea trixie
benjamin ben benny benji
bernard bernie barney
bridget biddy bridie
caroline carrie lina carol
catherine kate katie kathy cathy cat kitty kathleen katherine kathryn kay
cecilia cissy celia
charles charlie chas chuck carl
charlotte lottie charlie
christina chris tina christine
christopher chris kit topher
clarence clarrie
constance connie
cornelius neil con
cynthia cindy
daniel dan danny
david dave davy davey
deborah debbie deb
desmond des
dominic dom nick
donald don donnie
dorothy dot dolly dottie dora
douglas doug
edmund ed ned ted eddie
edward ed ned ted eddie teddy
edwin ed eddie ned
eleanor nell ellie nelly nora ellen
elizabeth liz lizzie beth betty bess bessie eliza elsie libby lisa betsy lily
emily em emmy millie
emma em emmie
ernest ernie
esther essie hester
eugene gene
evelyn eve evie
ezekiel zeke
florence flo florrie flossie
frances fanny fran frankie
francis frank fran frankie
franklin frank
frederick fred freddie fritz freddy
gabriel gabe
geoffrey geoff jeff
george georgie geordie
gerald gerry jerry
gertrude gertie trudy
gilbert gil bert
gregory greg
gwendolen gwen
harold harry hal
harriet hattie hetty harriett
helen nell nellie ellen lena
henrietta hetty etta
henry harry hal hank
herbert herb bert bertie
horace horry
hubert hugh bert
hugh hughie
humphrey numps
isaac ike zac
isabella bella isabel belle izzy
jacob jake jack
james jim jimmy jamie jem
jane jenny janie jean
janet jan jenny
jeremiah jerry jeremy
jessica jess jessie
joan joanie joanna
john jack johnny jock jon
jonathan jon johnny
joseph joe joey jo
josephine jo josie
joshua josh
judith judy
julia julie
katherine kate kitty
kenneth ken kenny
laurence larry laurie lawrence
leonard len lenny leo
leopold leo poldi
leslie les
lewis lew louis lou
lillian lily lil
louisa lou louise
lucy lucille lucinda
magdalene maggie lena
margaret maggie meg peggy madge marge daisy greta rita margie
maria mary mia
martha mattie patty
martin marty
mary molly polly may mamie minnie
matilda tilly mattie maud
matthew matt
maurice morris
maximilian max
melissa lissa mel
michael mike mick micky mickey
mildred millie
mohamed mo mohammed med moha
montague monty
nathaniel nat nathan nate
nicholas nick nicky claus
norman norm
oliver ollie noll
oswald oz ozzie
pamela pam
patricia pat patty tricia
patrick pat paddy
percival percy
peter pete
philip phil pip
phyllis phyl
rachel rae
raymond ray
rebecca becky becca
reginald reg reggie
reuben rube
richard dick rick richie dickie rich
robert bob bobby rob robbie bert robin
roderick rod roddy
roger rodge hodge
roland rollo rowley
ronald ron ronnie
rosemary rose rosie
rosalind rose
rupert bert
ruth ruthie
samuel sam sammy
samantha sam
sarah sally sadie sal
sebastian seb
sidney sid
simon si sim
solomon sol
sophia sophie
stanley stan
stephen steve steven stevie
susan sue susie sukey susannah
sylvester syl
sylvia syl
terence terry
theodore ted theo teddy
theresa terry tess tessa teresa
thomas tom tommy thom
timothy tim
tobias toby
ursula ursie
valentine val
vera vee
veronica ronnie vera
victor vic
victoria vicky
vincent vince vinnie
virginia ginny
walter walt wally wat
wilfred wilf fred
wilhelmina mina minnie willa
william will bill billy willie liam wilmot
winifred win winnie freda
zachary zach zac
antonio tono toni
francisco paco pancho fran
jose pepe joseluis
dolores lola
concepcion concha
guadalupe lupe
ignacio nacho
jesus chucho
manuel manolo manu
rosario charo
eduardo lalo edu
enrique quique kike
alejandro ale jandro
roberto beto
mercedes meche
ekaterina katya
aleksandr sasha
mariya masha
ivan vanya
dmitri dima mitya
mikhail misha
nikolai kolya
olga olya
sergei seryozha
tatyana tanya
vladimir volodya vova
natalya natasha
abdirahman abdi
fatima fatuma fato faty
khadija dija khadra
ibrahim brahim ibra
mustafa mustaf moussa
yusuf yousuf yosef joe
`

var shortFormGroups = func() map[string][]int16 {
	groups := map[string][]int16{}
	for n, line := range strings.Split(strings.TrimSpace(shortFormList), "\n") {
		for _, w := range strings.Fields(line) {
			groups[w] = append(groups[w], int16(n))
		}
	}
	return groups
}()

// shortForms reports two names that share a group.
func shortForms(a, b string) bool {
	x := shortFormGroups[a]
	if x == nil {
		return false
	}
	for _, n := range shortFormGroups[b] {
		for _, m := range x {
			if m == n {
				return true
			}
		}
	}
	return false
}
